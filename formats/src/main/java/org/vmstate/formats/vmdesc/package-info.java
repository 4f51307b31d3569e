/** The vmdescription: the JSON behind a stream that says which fields each device section holds. */
package org.vmstate.formats.vmdesc;
