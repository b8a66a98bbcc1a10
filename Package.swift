// swift-tools-version: 6.2

import PackageDescription

/// The rules of every Swift target: strict memory safety, and no warnings.
///
/// `Lifetimes` lets a type hand out a `Span` of memory that it owns, as swift-collections does.
let strict: [SwiftSetting] = [
  .strictMemorySafety(), .treatAllWarnings(as: .error), .enableExperimentalFeature("Lifetimes"),
]

/// For code that runs once: smaller, because wheels have a limit.
let small = strict + [.unsafeFlags(["-Osize"], .when(configuration: .release))]

/// The warnings that C and C++ code must not give.
let warnings = [
  "all", "extra", "conversion", "shadow", "undef", "vla", "cast-qual", "format=2", "pointer-arith",
  "implicit-fallthrough", "extra-semi",
]
let strictC: [CSetting] =
  (warnings + ["strict-prototypes", "missing-prototypes"]).map { .enableWarning($0) }
  + [.treatAllWarnings(as: .error)]
let strictCXX: [CXXSetting] =
  (warnings + ["old-style-cast", "non-virtual-dtor", "overloaded-virtual"]).map {
    .enableWarning($0)
  } + [.treatAllWarnings(as: .error)]

let package = Package(
  name: "dsel",
  platforms: [.macOS(.v26)],
  products: [.executable(name: "dsel", targets: ["dsel"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    .systemLibrary(
      name: "CXXHash", pkgConfig: "libxxhash",
      providers: [.apt(["libxxhash-dev"]), .brew(["xxhash"])]),
    // SHA-256 for `--compat dsir`. A Mac has its own, CommonCrypto, which needs no library.
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"]), .brew(["isa-l"])]),
    .systemLibrary(
      name: "CSimdjsonLibrary", pkgConfig: "simdjson",
      providers: [.apt(["libsimdjson-dev"]), .brew(["simdjson"])]),
    // Codecs of Parquet.
    .systemLibrary(
      name: "CSnappy", pkgConfig: "snappy", providers: [.apt(["libsnappy-dev"]), .brew(["snappy"])]
    ),
    .systemLibrary(
      name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"]), .brew(["lz4"])]),
    .systemLibrary(
      name: "CBrotli", pkgConfig: "libbrotlidec",
      providers: [.apt(["libbrotli-dev"]), .brew(["brotli"])]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CScheduler"),
    .target(name: "CSimdjson", dependencies: ["CSimdjsonLibrary"], cxxSettings: strictCXX),
    .target(name: "CVector", cSettings: strictC),
    .target(name: "CProgram", cSettings: strictC),

    .target(name: "Compression", dependencies: ["CZstd", "CISAL"], swiftSettings: strict),
    .target(name: "Platform", swiftSettings: strict),
    .target(
      name: "Files", dependencies: ["CProgram", "CScheduler", "CVector", "CXXHash", "Platform"],
      swiftSettings: strict),
    .target(
      name: "Parquet",
      dependencies: [
        "CBrotli", "CISAL", "CLZ4", "CSnappy", "CZstd", "Compression", "Files", "Platform",
      ],
      swiftSettings: strict),
    .target(
      name: "Reading",
      dependencies: [
        "Compression", "CVector", "CXXHash", "Files", "Parquet", "Platform",
      ],
      swiftSettings: strict),
    .target(
      name: "Featurizing", dependencies: ["CCrypto", "CVector", "CXXHash", "Files", "Platform"],
      swiftSettings: strict),
    .target(
      name: "Weighting", dependencies: ["CVector", "Featurizing", "Files", "Platform", "Reading"],
      swiftSettings: strict),
    .target(
      name: "Resampling", dependencies: ["CXXHash", "Files", "Platform"], swiftSettings: strict),
    .target(
      name: "Choosing", dependencies: ["CVector", "Files", "Platform"], swiftSettings: strict),
    .target(
      name: "Judging", dependencies: ["Files", "Platform"], swiftSettings: strict),
    .target(name: "Deduplicating", swiftSettings: strict),
    .target(
      name: "Excluding",
      dependencies: ["Featurizing", "Files", "Judging", "Platform", "Resampling"],
      swiftSettings: strict),
    .target(
      name: "Writing", dependencies: ["Compression", "Files", "Platform"], swiftSettings: strict),
    .target(
      name: "Pipeline",
      dependencies: [
        "Choosing", "Compression", "Files", "Platform", "Reading", "Featurizing", "Weighting",
        "Resampling", "Judging", "Deduplicating", "Excluding", "Writing",
      ],
      swiftSettings: small),
    .target(
      name: "Reporting",
      dependencies: [
        "Compression", "Featurizing", "Files", "Parquet", "Pipeline", "Platform", "Reading",
        "Weighting", "Writing",
      ],
      swiftSettings: small),
    .executableTarget(
      name: "dsel",
      dependencies: [
        "CMalloc", "Choosing", "Compression", "Featurizing", "Files", "Platform", "Pipeline",
        "Reading",
        "Reporting", "Resampling", "Weighting", "Writing",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: small),

    // Only the tests use zlib: they read and write gzip with it, so that ISA-L is never on both
    // sides of a comparison.
    .systemLibrary(
      name: "CZlib", path: "Tests/CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(
      name: "TestSupport", dependencies: ["Files", "Platform"], path: "Tests/TestSupport",
      swiftSettings: strict
    ),
    .testTarget(
      name: "PlatformTests", dependencies: ["Platform", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "FilesTests", dependencies: ["Files", "Platform", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "CompressionTests", dependencies: ["Compression", "CZstd", "CZlib"],
      swiftSettings: strict),
    // These tests wait for processes. Optimisation makes them no faster, and doubles the build
    // time.
    .testTarget(
      name: "CommandLineTests", dependencies: ["Files", "Reporting", "TestSupport", "dsel"],
      swiftSettings: strict + [.unsafeFlags(["-Onone"])]),
    .testTarget(
      name: "ReadingTests",
      dependencies: ["Reading", "CSimdjson", "Files", "Platform", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ParquetTests",
      dependencies: ["Parquet", "Reading", "Files", "Platform", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "FeaturizingTests", dependencies: ["Featurizing", "CXXHash", "Files", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "WeightingTests",
      dependencies: ["Weighting", "Featurizing", "Files", "Platform", "Reading", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ResamplingTests", dependencies: ["Resampling", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "ChoosingTests", dependencies: ["Choosing", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "JudgingTests",
      dependencies: ["Judging", "Featurizing", "Files", "Platform", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "DeduplicatingTests", dependencies: ["Deduplicating", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ExcludingTests",
      dependencies: ["Excluding", "Featurizing", "Platform", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "WritingTests",
      dependencies: ["Writing", "Compression", "Files", "Platform", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "PipelineTests",
      dependencies: [
        "Pipeline", "Choosing", "Featurizing", "Files", "Platform", "Reading", "Resampling",
        "Weighting", "Writing", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ReportingTests",
      dependencies: [
        "Reporting", "Compression", "Featurizing", "Files", "Pipeline", "Platform", "Reading",
        "TestSupport",
        "Weighting", "Writing",
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
