/** Makes one whole stream of a main stream and its multifd channels, from files and sockets. */
package org.vmstate.analyzer.channel;
