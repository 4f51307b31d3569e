/**
 * Decoders for what the description of a stream leaves opaque. Each is bound to the type name of a
 * field in one registry and gives the same tree that described fields have, so that whatever reads
 * or writes described state handles it too.
 */
package org.vmstate.parser.device;
