// Empty on purpose: Swift must not see the C++ header.
