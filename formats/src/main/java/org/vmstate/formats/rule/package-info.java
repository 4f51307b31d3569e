/**
 * What holds in a good image, and each way in which it can be broken: one identity for the parser's
 * errors and notices, the rules of {@code check}, the loader's message and docs/checks.md. No code
 * decides on the words of a message.
 */
package org.vmstate.formats.rule;
