/** Makes images from a recipe and a seed: for tests, benchmarks and fuzzing. */
package org.vmstate.writer.synthetic;
