/** Page tables of the guest, walked from the saved registers of a CPU. */
package org.vmstate.analyzer.paging;
