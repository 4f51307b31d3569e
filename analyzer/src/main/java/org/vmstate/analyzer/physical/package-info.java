/** Where the RAM blocks of an image lie in the guest's physical memory, and how sure that is. */
package org.vmstate.analyzer.physical;
