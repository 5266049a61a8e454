// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/gpu.h"

#include <QtTest>

using namespace lineament;

class GpuTest : public QObject {
  Q_OBJECT

 private:
  static GpuState standIn(const char* kind) {
    return loadGpuLibrary(std::string(STAND_INS) + kind + ".so");
  }

 private Q_SLOTS:
  void absentLibraryIsAnOrdinaryAnswer() {
    const GpuState state = loadGpuLibrary("/nowhere/liblineament_gpu.so");
    QVERIFY(!state.available);
    QVERIFY(!state.reason.empty());
    QVERIFY(state.kernels == nullptr);
  }

  void otherVersionIsRefused() {
    const GpuState state = standIn("other_version");
    QVERIFY(!state.available);
    QVERIFY(state.reason.find("another version") != std::string::npos);
  }

  void libraryWithoutTableIsRefused() { QVERIFY(!standIn("no_table").available); }

  void missingDriverGivesItsReason() {
    const GpuState state = standIn("no_driver");
    QVERIFY(!state.available);
    QCOMPARE(state.reason, std::string("the driver is missing"));
  }

  void deviceIsDescribed() {
    const GpuState state = standIn("one_device");
    QVERIFY2(state.available, state.reason.c_str());
    QCOMPARE(state.name, std::string("Stand-in"));
    QCOMPARE(state.memory_bytes, std::uint64_t(1024));
    QCOMPARE(state.compute_major, 9);
    QVERIFY(state.kernels != nullptr);
  }

#ifdef CUDA_LIBRARY
  // With a device it is described, without one the reason says so; nothing else may happen.
  void cudaLibraryAnswers() {
    const GpuState state = loadGpuLibrary(CUDA_LIBRARY);
    QVERIFY(state.available ? !state.name.empty() && state.memory_bytes > 0
                            : !state.reason.empty());
  }
#endif

  void wordsBecomeDevices() {
    qputenv("LINEAMENT_GPU_LIBRARY", "/nowhere/liblineament_gpu.so");
    QVERIFY(deviceFromText("cpu") == Device::cpu);
    QVERIFY(deviceFromText("auto") == Device::cpu);
    QVERIFY_EXCEPTION_THROWN(deviceFromText("cuda"), Error);
    try {
      deviceFromText("tpu");
      QFAIL("an unknown device was taken");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("device.unknown"));
      QVERIFY(error.cause() == Error::Cause::usage);
    }
  }

  void lostDeviceStaysLost() {
    markGpuLost("an illegal address was met");
    QVERIFY(!gpuState().available);
    QVERIFY(gpuState().reason.find("illegal address") != std::string::npos);
    QVERIFY(deviceFromText("auto") == Device::cpu);
  }
};

QTEST_APPLESS_MAIN(GpuTest)
#include "gpu_test.moc"
