/** Tests of the final memory. */
package org.vmstate.parser.memory;
