// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/peer_process.h"

#include <QProcessEnvironment>

#include "core/base/error.h"

namespace lineament::app {

namespace {

constexpr ErrorText kPeer{"bench.peer", "Run the peer with {python}", "{reason}", "",
                          "Give a Python that has the peer's packages, or leave it out"};
constexpr int kPatienceMs = 600'000;

QProcessEnvironment environmentFor(int threads) {
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
                           "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS"}) {
    environment.insert(QString::fromLatin1(name), QString::number(threads));
  }
  return environment;
}

}  // namespace

PeerProcess::PeerProcess(const std::filesystem::path& python, const char* script,
                         const nlohmann::json& settings, int threads) {
  process_.setProcessEnvironment(environmentFor(threads));
  process_.setProgram(QString::fromStdString(python.string()));
  process_.setArguments({"-u", "-c", QString::fromUtf8(script)});
  process_.start();
  process_.write(QByteArray::fromStdString(settings.dump()) + "\n");
  version_ = answer().value("version", "");
}

PeerProcess::~PeerProcess() {
  process_.closeWriteChannel();
  if (!process_.waitForFinished(2000)) process_.kill();
  process_.waitForFinished();
}

nlohmann::json PeerProcess::runOnce() {
  process_.write("run\n");
  return answer();
}

nlohmann::json PeerProcess::answer() {
  while (!process_.canReadLine() && process_.waitForReadyRead(kPatienceMs)) {
  }
  const auto answer = nlohmann::json::parse(process_.readLine().toStdString(), nullptr, false);
  if (answer.is_object()) return answer;
  const QByteArray complaint = process_.readAllStandardError().trimmed();
  const QString last = QString::fromUtf8(complaint.mid(complaint.lastIndexOf('\n') + 1));
  const QString reason = last.isEmpty() ? process_.errorString() : last;
  throw Error(kPeer,
              {{"python", process_.program().toStdString()}, {"reason", reason.toStdString()}});
}

}  // namespace lineament::app
