/** Takes memory out of an image: flat, as an ELF core, block by block, page by page. */
package org.vmstate.analyzer.extract;
