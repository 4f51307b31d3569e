/**
 * How large an image becomes in another layout: the conversion runs, and only its bytes are not
 * kept.
 */
package org.vmstate.analyzer.measure;
