package org.vmstate.analyzer.edit;

import java.util.Optional;

/**
 * What is to change; empty leaves things as they are.
 *
 * @param xml new domain XML
 * @param running whether a restore resumes the guest
 * @param mappedFeature feature bit mapped-ram of a version 3 header
 */
public record SaveHeaderChange(
    Optional<String> xml, Optional<Boolean> running, Optional<Boolean> mappedFeature) {}
