/** The domain XML of a libvirt image: what it says, whether it is one, and what is secret in it. */
package org.vmstate.analyzer.domain;
