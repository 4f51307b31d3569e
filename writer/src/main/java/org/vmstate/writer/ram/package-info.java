/** Writes RAM: block lists, page records, and the two layouts with pages at fixed offsets. */
package org.vmstate.writer.ram;
