import Foundation
import SystemPackage
import Testing

@testable import LiveKernel

@Suite struct WatchKernelLogTests {
  private func events(_ log: String) -> [KernelEvent] {
    let lines = log.split(separator: "\n", omittingEmptySubsequences: false)
    return KernelEventClassifier.events(
      in: lines.enumerated().map { KernelRecord(sequence: UInt64($0.offset), time: 0, text: String($0.element)) })
  }

  @Test func aWarningIsFromCutToEnd() {
    let found = events(
      """
      EXT4-fs (vda): mounted filesystem
      ------------[ cut here ]------------
      folio still mapped
      WARNING: CPU: 1 PID: 4242 at kernel/futex/core.c:612 get_futex_key+0x3f1/0x4b0
      Modules linked in: virtio_net(E)
      CPU: 1 UID: 0 PID: 4242 Comm: keywake-agent Not tainted 6.12.0 #1
      RIP: 0010:get_futex_key+0x3f1/0x4b0
      Code: 00 e9 12 fe ff ff 0f 0b
      Call Trace:
       <TASK>
       futex_wake+0x78/0x1a0
       </TASK>
      ---[ end trace 0000000000000000 ]---
      eth0: link up
      """)
    #expect(found.map(\.kind) == [.warning])
    #expect(found.first?.title.hasPrefix("WARNING: CPU: 1") == true)
    #expect(found.first?.lines.count == 12)
    #expect(found.first?.sequence == 1)
    #expect(found.first?.lines.last == "---[ end trace 0000000000000000 ]---")
  }

  @Test func aBugIsOneEventWithItsTrapAndPanic() {
    let found = events(
      """
      ------------[ cut here ]------------
      kernel BUG at mm/rmap.c:477!
      Oops: invalid opcode: 0000 [#1] SMP NOPTI
      CPU: 0 UID: 0 PID: 77 Comm: kswapd0 Not tainted
      RIP: 0010:page_lock_anon_vma+0x11/0x90
      ---[ end trace 0000000000000000 ]---
      note: kswapd0[77] exited with irqs disabled
      ------------[ cut here ]------------
      WARNING: CPU: 0 PID: 77 at kernel/exit.c:886 do_exit+0x8c1/0x930
      ---[ end trace 0000000000000000 ]---
      """)
    #expect(found.map(\.kind) == [.bug, .warning])
    #expect(found.first?.lines.contains("Oops: invalid opcode: 0000 [#1] SMP NOPTI") == true)
  }

  @Test func aFaultHasItsRegistersAndStack() {
    let found = events(
      """
      BUG: kernel NULL pointer dereference, address: 0000000000000018
      #PF: supervisor read access in kernel mode
      #PF: error_code(0x0000) - not-present page
      PGD 0 P4D 0
      Oops: Oops: 0000 [#1] PREEMPT SMP
      CPU: 1 PID: 9 Comm: agent
      RIP: 0010:hugetlb_basepage_index+0x8/0x40
      CR2: 0000000000000018
      Call Trace:
       get_futex_key+0x1aa/0x3c0
      ---[ end trace 0000000000000000 ]---
      random: crng init done
      """)
    #expect(found.map(\.kind) == [.oops])
    #expect(found.first?.lines.count == 11)
  }

  @Test(arguments: [
    ("rcu: INFO: rcu_preempt self-detected stall on CPU", KernelEvent.Kind.rcuStall),
    ("rcu: INFO: rcu_sched detected stalls on CPUs/tasks:", .rcuStall),
    ("INFO: task keywake-agent:4242 blocked for more than 120 seconds.", .hungTask),
    ("watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [agent:4242]", .lockup),
    ("NMI watchdog: Watchdog detected hard LOCKUP on cpu 0", .lockup),
    ("BUG: KASAN: slab-use-after-free in page_lock_anon_vma+0x33/0x90", .bug),
    ("BUG: KCSAN: data-race in futex_wake / truncate_pagecache", .bug),
    ("BUG: Bad page state in process agent  pfn:1a2b3", .bug),
    ("BUG: Bad rss-counter state mm:00000000 type:MM_ANONPAGES val:1", .bug),
    ("BUG: sleeping function called from invalid context at mm/rmap.c:500", .bug),
    ("BUG: scheduling while atomic: agent/42/0x00000002", .bug),
    ("BUG: unable to handle page fault for address: ffff888000000000", .oops),
    ("Oops: general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP", .oops),
    ("WARNING: possible circular locking dependency detected", .lockdep),
    ("WARNING: suspicious RCU usage", .lockdep),
    ("WARNING: mm/truncate.c:155 at truncate_folio_batch_exceptionals+0x1a/0x200, CPU#0: agent/12", .warning),
    ("Kernel panic - not syncing: Fatal exception", .panic),
    ("Out of memory: Killed process 12 (agent) total-vm:1kB", .outOfMemory),
  ])
  func oneLineNamesTheKind(_ line: String, _ kind: KernelEvent.Kind) {
    #expect(events("usb 1-1: new device\n\(line)\nusb 1-2: new device").map(\.kind) == [kind])
    #expect(events("usb 1-1: new device\n\(line)\nusb 1-2: new device").first?.lines == [line])
  }

  @Test(arguments: [
    "keywake: mark", "audit: type=1400 DEBUG: yes", "Adding 65532k swap on /var/tmp/swap.  Priority:-2",
    "process 12 (agent) attempted a POSIX timer syscall", "INFO: task started", "sh (12): drop_caches: 3", "",
    "ACPI BIOS Error (bug): Could not resolve symbol", "systemd[1]: WARNING: unit is old",
    "perf: interrupt took too long (2514 > 2500), lowering kernel.perf_event_max_sample_rate to 79500",
  ])
  func ordinaryLinesAreNoEvents(_ line: String) {
    #expect(events(line).isEmpty)
  }

  @Test func twoReportsOneAfterAnother() {
    let found = events(
      """
      rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
      rcu: \t1-...!: (1 GPs behind) idle=3a1c/1/0x4000000000000000
      Sending NMI from CPU 0 to CPUs 1:
      NMI backtrace for cpu 1
      RIP: 0010:get_futex_key+0x90/0x3c0
      INFO: task b:2 blocked for more than 120 seconds.
            Not tainted 6.12.0 #1
      "echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.
      task:b state:D stack:0 pid:2
      Call Trace:
       <TASK>
       __schedule+0x3a1/0x8d0
      nothing of theirs
      BUG: Bad page map in process a  pte:80000001 pmd:00000067
      """)
    #expect(found.map(\.kind) == [.rcuStall, .hungTask, .bug])
    #expect(found.map(\.lines.count) == [5, 7, 1])
  }

  @Test func aReportWithoutAnEndDoesNotTakeTheLog() {
    let noise = (0..<1000).map { "line \($0)" }.joined(separator: "\n")
    let found = events("------------[ cut here ]------------\nWARNING: x\n\(noise)\nBUG: Bad page state")
    #expect(found.map(\.kind) == [.warning, .bug])
    #expect(found.first?.lines.count == 300)
  }

  @Test func recordsAreParsed() {
    let record = KernelRecord(
      parsing: "6,1234,987654321,-,caller=T12;a\\x09b \\\\x\n SUBSYSTEM=acpi\n DEVICE=+acpi:X\n")
    #expect(record == KernelRecord(level: 6, sequence: 1234, time: 987_654_321, text: "a\tb \\\\x"))
    #expect(
      KernelRecord(parsing: "13,1,2,-;user says")
        == KernelRecord(level: 5, facility: 1, sequence: 1, time: 2, text: "user says"))
    for broken in ["", "no", ";", "a,b,c;d", "1,2;x"] { #expect(KernelRecord(parsing: broken) == nil) }
  }

  @Test(.enabled(if: HostSupport.capabilities.has(.kernelLog), HostSupport.lacks(.kernelLog)))
  func ownLinesAreReadBetweenMarks() throws {
    try #require(access("/dev/kmsg", W_OK) == 0)
    let log = try KernelLog()
    let (before, after) = ("test \(HostFiles.randomName())", "test \(HostFiles.randomName())")
    try KernelLog.write(before)
    #expect(try log.news().records.contains { $0.text == "keywake: \(before)" })
    #expect(try !log.news().records.contains { $0.text == "keywake: \(before)" })
    try KernelLog.write(before)
    log.mark()
    try KernelLog.write(after)
    let news = try log.news()
    #expect(!news.records.contains { $0.text == "keywake: \(before)" })
    #expect(news.records.contains { $0.text == "keywake: \(after)" })
    #expect(news.records.map(\.sequence) == news.records.map(\.sequence).sorted())
  }
}
