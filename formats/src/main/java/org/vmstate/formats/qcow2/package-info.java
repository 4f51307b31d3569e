/** The qcow2 disk image, as far as it holds saved states: header fields, tables and limits. */
package org.vmstate.formats.qcow2;
