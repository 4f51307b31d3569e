/** Iterable sections other than RAM whose payloads tell where they end. */
package org.vmstate.parser.section;
