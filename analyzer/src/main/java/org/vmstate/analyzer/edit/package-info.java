/** Changes what stands in front of the stream of a libvirt image. */
package org.vmstate.analyzer.edit;
