/** Tests of the readers of a stream from inside of their package. */
package org.vmstate.parser.stream;
