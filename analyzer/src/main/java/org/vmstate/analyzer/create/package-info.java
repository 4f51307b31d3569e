/** Makes synthetic images in every layout. */
package org.vmstate.analyzer.create;
