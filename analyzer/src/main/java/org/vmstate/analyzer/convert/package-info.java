/**
 * Turns an image into another layout. A stream whose layout stays is copied record for record; else
 * it is composed anew from what it means, in one pass over the input.
 */
package org.vmstate.analyzer.convert;
