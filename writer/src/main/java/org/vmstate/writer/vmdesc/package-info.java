/** Device state: field trees to bytes, and changes of the vmdescription. */
package org.vmstate.writer.vmdesc;
