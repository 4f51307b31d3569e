/** Tests of sinks and files from inside of their package. */
package org.vmstate.writer.io;
