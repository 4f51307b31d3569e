/** Opens files that hold saved states among other things. */
package org.vmstate.parser.container;
