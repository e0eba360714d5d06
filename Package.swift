// swift-tools-version: 6.2
import PackageDescription

// Scenario, Contract, Machine and Explorer are pure: no Foundation, no Glibc, no C shim. `.ci/run` checks it.

// Searches of millions of states and tens of thousands of random scenarios are part of the tests: these targets are
// optimized in debug builds, too.
let optimized: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

let package = Package(
  name: "keywake",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "keywake", targets: ["keywake"]),
    .executable(name: "keywake-agent", targets: ["keywake-agent"]),
  ],
  traits: [
    .trait(name: "Fuzzing", description: "Build the libFuzzer targets with libFuzzer's own main.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/CoreOffice/XMLCoder", from: "0.18.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    // Pure
    .target(name: "Scenario", swiftSettings: optimized),
    .testTarget(name: "ScenarioTests", dependencies: ["Scenario", "CorpusFiles"]),
    .target(name: "CorpusFiles", dependencies: ["Scenario"], path: "Tests/CorpusFiles"),
    .target(name: "Contract", dependencies: ["Scenario"], swiftSettings: optimized),
    .testTarget(name: "ContractTests", dependencies: ["Contract", "Scenario", "CorpusFiles"]),
    .target(
      name: "Machine", dependencies: ["Scenario"], swiftSettings: optimized, plugins: ["EmbedPrograms"]),
    .plugin(name: "EmbedPrograms", capability: .buildTool(), path: "Sources/EmbedPrograms"),
    .testTarget(name: "MachineTests", dependencies: ["Machine"]),
    .target(name: "Explorer", dependencies: ["Machine", "Contract", "Scenario"], swiftSettings: optimized),
    .testTarget(
      name: "ExplorerTests", dependencies: ["Explorer", "Machine", "Contract", "Scenario", "CorpusFiles"]),
    // Linux
    .target(name: "CKeywake", linkerSettings: [.linkedLibrary("uring")]),
    .target(
      name: "CKeywakeHost", dependencies: ["CUnwind"],
      linkerSettings: ["unwind-ptrace", "unwind-generic", "unwind", "lzma"].map { .linkedLibrary($0) }),
    .systemLibrary(
      name: "CUnwind", pkgConfig: "libunwind-generic", providers: [.apt(["libunwind-dev", "liblzma-dev"])]),
    .target(
      name: "LiveKernel",
      dependencies: [
        "Scenario", "CKeywake", "CKeywakeHost", "CUnwind",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .executableTarget(
      name: "HostVictim",
      dependencies: ["LiveKernel", "CKeywakeHost", .product(name: "SystemPackage", package: "swift-system")],
      path: "Tests/HostVictim"),
    .testTarget(
      name: "LiveKernelTests",
      dependencies: [
        "LiveKernel", "Scenario", "keywake-agent", "HostVictim", "CKeywakeHost",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .executableTarget(name: "keywake-agent", dependencies: ["CKeywake"]),
    // What the benchmark measures itself against.
    .target(name: "CBaseline", linkerSettings: [.linkedLibrary("uring")]),
    // Held together
    .target(
      name: "CrossCheck",
      dependencies: [
        "Scenario", "Contract", "Machine", "Explorer", "LiveKernel",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .testTarget(
      name: "CrossCheckTests",
      dependencies: [
        "CrossCheck", "Contract", "LiveKernel", "Machine", "Explorer", "Scenario", "WrongAgent",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(
      name: "Shrink",
      dependencies: [
        "Scenario", "Contract", "Machine", "Explorer", "LiveKernel", "CrossCheck",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    // What leaves the tool and what comes in.
    .target(
      name: "Exchange", dependencies: ["Scenario", "Contract", "LiveKernel", "CrossCheck"],
      resources: [.embedInCode("C/runtime.c")]),
    .testTarget(
      name: "ExchangeTests",
      dependencies: ["Exchange", "CorpusFiles", "Contract", "CrossCheck", "LiveKernel", "Scenario", "keywake-agent"],
      exclude: ["Logs"]),
    .testTarget(
      name: "ShrinkTests",
      dependencies: ["Shrink", "Contract", "Machine", "Explorer", "CrossCheck", "LiveKernel", "Scenario"]),
    // Long runs: workers, the store, triage, reports.
    .target(
      name: "Campaign",
      dependencies: [
        "Scenario", "Contract", "CrossCheck", "LiveKernel", "CKeywakeHost",
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "FlyingFox", package: "FlyingFox"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .testTarget(
      name: "CampaignTests",
      dependencies: [
        "Campaign", "CrossCheck", "Contract", "Scenario", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .executableTarget(
      name: "keywake",
      dependencies: [
        "Scenario", "Contract", "Machine", "Explorer", "LiveKernel", "CrossCheck", "Shrink", "Exchange", "CBaseline",
        "Campaign", "CKeywakeHost", "XMLCoder",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      resources: [
        .embedInCode("Bench/Resources/race.litmus"), .embedInCode("Bench/Resources/race.pml"),
      ]),
    // Programs for tests of the tool: an agent that hangs, and a kernel that refuses a call.
    .executableTarget(name: "HangingAgent", dependencies: ["CKeywake"], path: "Tests/HangingAgent"),
    .executableTarget(name: "WrongAgent", dependencies: ["CKeywake"], path: "Tests/WrongAgent"),
    .executableTarget(name: "Refusing", path: "Tests/Refusing"),
    .testTarget(
      name: "keywakeTests",
      dependencies: [
        "keywake", "keywake-agent", "HangingAgent", "Refusing", "WrongAgent", "LiveKernel", "Campaign",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    // Without the trait each fuzz target is a program that runs it on the files named.
    .target(name: "CFuzz", path: "Fuzz/CFuzz"),
    .target(name: "FileReplay", path: "Fuzz/FileReplay"),
    .executableTarget(
      name: "ScenarioForms", dependencies: ["CFuzz", "FileReplay", "Scenario"], path: "Fuzz/ScenarioForms",
      exclude: ["ScenarioForms.dict", "ScenarioForms.options"]),
    .executableTarget(
      name: "ContractVsLive",
      dependencies: ["CFuzz", "FileReplay", "Scenario", "Contract", "LiveKernel", "CrossCheck"],
      path: "Fuzz/ContractVsLive", exclude: ["ContractVsLive.dict", "ContractVsLive.options"]),
    .executableTarget(
      name: "Empty", dependencies: ["CFuzz", "FileReplay", "Scenario", "Contract", "Machine"], path: "Fuzz/Empty"),
    .executableTarget(
      name: "MachineRaces", dependencies: ["CFuzz", "FileReplay", "Machine", "Explorer"], path: "Fuzz/MachineRaces",
      exclude: ["MachineRaces.options"]),
  ],
  swiftLanguageModes: [.v6]
)

// `.ci/run` sets this: warnings are errors in our own targets, and dependencies keep theirs.
if Context.environment["KEYWAKE_WARNINGS_AS_ERRORS"] != nil {
  for target in package.targets where ![.system, .binary, .plugin].contains(target.type) {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
    target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
  }
}
