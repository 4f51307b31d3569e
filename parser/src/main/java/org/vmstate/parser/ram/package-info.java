/** Reads the {@code ram} section: block list, page records, fixed layouts, final content. */
package org.vmstate.parser.ram;
