/** Tests of what is left of the RAM section when its pass is over. */
package org.vmstate.parser.ram;
