/** Reads the vmdescription's JSON, and device state with its help. */
package org.vmstate.parser.vmdesc;
