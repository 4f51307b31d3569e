/** The vmdescription: the JSON after a stream that says which fields each device section holds. */
package org.vmstate.formats.vmdesc;
