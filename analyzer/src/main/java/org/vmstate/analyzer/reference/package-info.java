/** Man pages and completion scripts, made from the table of verbs and options. */
package org.vmstate.analyzer.reference;
