/** Where outputs go, how far they are, and what is refused: what all verbs that write share. */
package org.vmstate.analyzer.output;
