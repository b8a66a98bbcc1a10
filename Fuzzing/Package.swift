// swift-tools-version: 6.2

import PackageDescription

// dsel's own sources, built once more (Sources/ links to them) with libFuzzer's instrumentation and the address
// sanitizer: flags that the main build has no use for.
let instrumentation = ["-sanitize=fuzzer,address", "-enable-testing", "-g"]
let instrumented: [SwiftSetting] = [
  .unsafeFlags(instrumentation), .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
  name: "Fuzzing",
  targets: [
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash"),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto"),
    .systemLibrary(name: "CISAL", pkgConfig: "libisal"),
    .systemLibrary(name: "CSimdjsonLibrary", pkgConfig: "simdjson"),
    .systemLibrary(name: "CSnappy", pkgConfig: "snappy"),
    .systemLibrary(name: "CLZ4", pkgConfig: "liblz4"),
    .systemLibrary(name: "CBrotli", pkgConfig: "libbrotlidec"),
    .target(
      name: "CSimdjson", dependencies: ["CSimdjsonLibrary"],
      cxxSettings: [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])]),
    .target(name: "CVector", cSettings: [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])]),
    .target(name: "CProgram"),
    .target(name: "Compression", dependencies: ["CZstd", "CISAL"], swiftSettings: instrumented),
    .systemLibrary(name: "CScheduler"),
    .target(name: "Platform", swiftSettings: instrumented),
    .target(
      name: "Files", dependencies: ["CProgram", "CScheduler", "CVector", "Platform"], swiftSettings: instrumented),
    .target(
      name: "Parquet",
      dependencies: ["CBrotli", "CISAL", "CLZ4", "CSnappy", "CZstd", "Compression", "Files", "Platform"],
      swiftSettings: instrumented),
    .target(
      name: "Reading",
      dependencies: ["Compression", "CSimdjson", "CVector", "CXXHash", "Files", "Parquet", "Platform"],
      swiftSettings: instrumented),
    .target(
      name: "Featurizing", dependencies: ["CCrypto", "CVector", "CXXHash", "Files", "Platform"],
      swiftSettings: instrumented),
    .target(
      name: "Weighting", dependencies: ["CVector", "Featurizing", "Files", "Platform", "Reading"], swiftSettings: instrumented),
    .target(name: "Resampling", dependencies: ["CXXHash", "Files", "Platform"], swiftSettings: instrumented),
    .target(name: "Writing", dependencies: ["Compression", "Files", "Platform"], swiftSettings: instrumented),
    .target(name: "Choosing", dependencies: ["Files", "Platform"], swiftSettings: instrumented),
    .target(name: "Judging", dependencies: ["Files", "Platform"], swiftSettings: instrumented),
    .target(name: "Deduplicating", swiftSettings: instrumented),
    .target(
      name: "Excluding", dependencies: ["Featurizing", "Files", "Judging", "Platform", "Resampling"],
      swiftSettings: instrumented),
    .target(
      name: "Pipeline",
      dependencies: [
        "Choosing", "Compression", "Files", "Platform", "Reading", "Featurizing", "Weighting",
        "Resampling", "Judging", "Deduplicating", "Excluding", "Writing",
      ],
      swiftSettings: instrumented),
    .target(name: "CFuzzer"),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "CFuzzer", "Choosing", "Compression", "Featurizing", "Files", "Parquet", "Platform", "Pipeline", "Reading",
        "Resampling", "Weighting", "Writing",
      ],
      swiftSettings: instrumented,
      // Without libFuzzer's own `main`: SwiftPM gives an executable one.
      linkerSettings: [.unsafeFlags(["-sanitize=address"])]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
