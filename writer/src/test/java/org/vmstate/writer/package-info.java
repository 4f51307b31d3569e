/** What we write is what the parser reads, and the other way round. */
package org.vmstate.writer;
