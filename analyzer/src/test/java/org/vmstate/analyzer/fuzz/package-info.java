/**
 * Coverage-guided fuzzing of every parser; without JAZZER_FUZZ=1 the seeds and known crashes run.
 */
package org.vmstate.analyzer.fuzz;
