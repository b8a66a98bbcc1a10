// swift-tools-version: 6.2

import PackageDescription

// dsel's own sources, built once more (Sources/ links to them), so that the benchmark can reach each stage alone.
let measured: [SwiftSetting] = [
  .unsafeFlags(["-enable-testing"]), .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v26)],
  targets: [
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash"),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto"),
    .systemLibrary(name: "CISAL", pkgConfig: "libisal"),
    .systemLibrary(name: "CSimdjsonLibrary", pkgConfig: "simdjson"),
    .systemLibrary(name: "CSnappy", pkgConfig: "snappy"),
    .systemLibrary(name: "CLZ4", pkgConfig: "liblz4"),
    .systemLibrary(name: "CBrotli", pkgConfig: "libbrotlidec"),
    .target(name: "CSimdjson", dependencies: ["CSimdjsonLibrary"]),
    .target(name: "CVector"),
    .target(name: "CProgram"),
    .target(name: "Compression", dependencies: ["CZstd", "CISAL"], swiftSettings: measured),
    .systemLibrary(name: "CScheduler"),
    .target(name: "Platform", swiftSettings: measured),
    .target(
      name: "Files", dependencies: ["CProgram", "CScheduler", "CVector", "CXXHash", "Platform"], swiftSettings: measured),
    .target(
      name: "Parquet",
      dependencies: ["CBrotli", "CISAL", "CLZ4", "CSnappy", "CZstd", "Compression", "Files", "Platform"],
      swiftSettings: measured),
    .target(
      name: "Reading",
      dependencies: ["Compression", "CVector", "CXXHash", "Files", "Parquet", "Platform"],
      swiftSettings: measured),
    .target(
      name: "Featurizing", dependencies: ["CCrypto", "CVector", "CXXHash", "Files", "Platform"], swiftSettings: measured),
    .target(
      name: "Weighting", dependencies: ["CVector", "Featurizing", "Files", "Platform", "Reading"], swiftSettings: measured),
    .target(name: "Resampling", dependencies: ["CXXHash", "Files", "Platform"], swiftSettings: measured),
    .target(name: "Choosing", dependencies: ["Files", "Platform"], swiftSettings: measured),
    .target(name: "Judging", dependencies: ["Files", "Platform"], swiftSettings: measured),
    .target(name: "Deduplicating", swiftSettings: measured),
    .target(
      name: "Excluding", dependencies: ["Featurizing", "Files", "Judging", "Platform", "Resampling"],
      swiftSettings: measured),
    .target(name: "Writing", dependencies: ["Compression", "Files", "Platform"], swiftSettings: measured),
    .target(
      name: "Pipeline",
      dependencies: [
        "Choosing", "Compression", "Files", "Platform", "Reading", "Featurizing", "Weighting",
        "Resampling", "Judging", "Deduplicating", "Excluding", "Writing",
      ],
      swiftSettings: measured),
    .executableTarget(
      name: "column", dependencies: ["Reading"], swiftSettings: [.enableExperimentalFeature("Lifetimes")]),
    .executableTarget(
      name: "benchmark",
      dependencies: [
        "Compression", "Files", "Platform", "Reading", "Featurizing", "Weighting", "Resampling", "Writing",
        "Pipeline",
      ],
      swiftSettings: [.enableExperimentalFeature("Lifetimes")]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
