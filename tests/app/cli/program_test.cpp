// SPDX-License-Identifier: GPL-3.0-or-later
// The real executable, called as people and scripts do.
#include "tests/app/cli/program.h"

#include <signal.h>
#include <sys/resource.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

namespace lineament::app::cli {

using nlohmann::json;

class ProgramTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  QString table_;

  QString at(const QString& name) const { return folder_.filePath(name); }

  void write(const QString& name, const QByteArray& content) const {
    QFile file(at(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
  }

 private Q_SLOTS:
  // y = 3 + 2 a - b, so that least squares finds it exactly.
  void initTestCase() {
    QByteArray text = "a,b,y\n";
    for (int i = 0; i < 60; ++i) {
      const double a = i * 0.25;
      const double b = (i * 7) % 13;
      text += QByteArray::number(a) + "," + QByteArray::number(b) + "," +
              QByteArray::number(3 + 2 * a - b) + "\n";
    }
    write("line.csv", text);
    write("empty.csv", "");
    table_ = at("line.csv");
  }

  void saysItsVersionAndHelp() {
    const Ended version = ran({"--version"});
    QCOMPARE(version.status, 0);
    QVERIFY(version.out.startsWith("Lineament "));
    const Ended help = ran({"help"});
    QCOMPARE(help.status, 0);
    for (const char* command : {"inspect", "analyses", "run", "project new", "report", "bench"}) {
      QVERIFY2(help.out.contains(command), command);
    }
    const Ended own = ran({"run", "--help"});
    QCOMPARE(own.status, 0);
    QVERIFY(own.out.contains("--input NAME=PATH"));
    QCOMPARE(ran({"help", "run"}).out, own.out);
  }

  void listsTheCatalogue() {
    const Ended list = ran({"analyses"});
    QCOMPARE(list.status, 0);
    QVERIFY(list.out.contains("table.regress"));
    const json one = ran({"analyses", "table.regress", "--json"}).json();
    QCOMPARE(one.at("id").get<std::string>(), std::string("table.regress"));
    QVERIFY(!one.at("parameters").empty());
    QVERIFY(ran({"analyses", "--json"}).json().is_array());
  }

  void inspectsATable() {
    const json said = ran({"inspect", table_, "--json"}).json();
    QCOMPARE(said.at("kind").get<std::string>(), std::string("table"));
    QCOMPARE(said.at("format").get<std::string>(), std::string("csv"));
    QCOMPARE(said.at("summary").at("rows").get<int>(), 60);
    QCOMPARE(said.at("summary").at("columns").size(), std::size_t{3});
    const Ended text = ran({"inspect", table_});
    QVERIFY(text.out.contains("60 rows, 3 columns"));
    QVERIFY(text.error.isEmpty());
  }

  void inspectsATokenizer() {
    QDir(folder_.path()).mkdir("words");  // a folder with a vocabulary in it would be a model
    write("words/vocab.txt", "[UNK]\n[CLS]\n[SEP]\nun\n##aff\n");
    const json said = ran({"inspect", at("words/vocab.txt"), "--json"}).json();
    QCOMPARE(said.at("format").get<std::string>(), std::string("tokenizer"));
    QCOMPARE(said.at("summary").at("tokenizer"), (json{{"kind", "WordPiece"}, {"pieces", 5}}));
    QVERIFY(ran({"inspect", at("words/vocab.txt")}).out.contains("tokenizer: WordPiece, 5 pieces"));
    write("words/vocab.txt", "[UNK]\n[CLS]\n");
    const Ended broken = ran({"inspect", at("words/vocab.txt")});
    QCOMPARE(broken.status, 1);
    QVERIFY(broken.error.contains("[SEP]"));
  }

  void runsAndRecords() {
    const QString out = at("fit/deep");
    const Ended ended = ran({"run", "table.regress", "--input", "data=" + table_, "--set",
                             "target=y", "--set", "model=ols", "--out", out, "--seed", "3",
                             "--threads", "1", "--figure-format", "none", "--json"});
    QCOMPARE(ended.error, QByteArray());
    QCOMPARE(ended.status, 0);
    const json record = ended.json();
    QFile file(out + "/run.json");
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(json::parse(file.readAll().toStdString()) == record);
    QCOMPARE(record.at("analysis").get<std::string>(), std::string("table.regress"));
    QCOMPARE(record.at("seed").get<int>(), 3);
    QCOMPARE(record.at("threads").get<int>(), 1);
    QCOMPARE(record.at("device").get<std::string>(), std::string("cpu"));
    QCOMPARE(record.at("outcome").get<std::string>(), std::string("done"));
    QVERIFY(record.at("metrics").at("r2").get<double>() > 1 - 1e-9);
    QCOMPARE(record.at("inputs").at("data").at("sha256").get<std::string>().size(),
             std::size_t{64});
    for (const auto& [name, output] : record.at("outputs").items()) {
      for (const auto& written : output.value("files", json::array())) {
        const QString path = out + "/" + QString::fromStdString(written.get<std::string>());
        QVERIFY2(QFile::exists(path), qPrintable(path));
      }
    }
    const QStringList hidden =
        QDir(out).entryList(QDir::Hidden | QDir::AllEntries | QDir::NoDotAndDotDot).filter(".part");
    QVERIFY(hidden.isEmpty());
  }

  void readsWithOptions() {
    write("odd.csv", "a;b;y\n1,5;2;3\n2,5;4;5\n3,5;1;7\n4,5;5;9\n");
    const QString odd = at("odd.csv");
    const json plain = ran({"inspect", odd, "--json"}).json();
    QCOMPARE(plain.at("read").at("header").get<std::string>(), std::string("auto"));
    QCOMPARE(plain.at("summary").at("rows").get<int>(), 4);
    const json bare =
        ran({"inspect", odd, "--read", "header=no", "--read", "skip_rows=1", "--json"}).json();
    QCOMPARE(bare.at("read").at("header").get<std::string>(), std::string("no"));
    QCOMPARE(bare.at("read").at("skip_rows").get<int>(), 1);
    QCOMPARE(bare.at("summary").at("columns").size(), std::size_t{3});
    QVERIFY(bare.at("summary").at("columns") != plain.at("summary").at("columns"));
    const QByteArray help = ran({"inspect", "--help"}).out;
    for (const char* known : {"--read KEY=VALUE", "skip_rows", "bfloat16", "sheet"}) {
      QVERIFY2(help.contains(known), known);
    }
    QVERIFY(ran({"analyses", "table.regress"}).out.contains("--read NAME.KEY=VALUE"));
    const QByteArray unknown = ran({"inspect", odd, "--read", "delimeter=tab"}).error;
    for (const char* known : {"delimiter", "skip_rows", "missing"}) {
      QVERIFY2(unknown.contains(known), unknown.constData());
    }
    QVERIFY(ran({"inspect", odd, "--read", "delimiter=tap"}).error.contains("semicolon"));
  }

  void recordsHowInputsWereRead() {
    write("lines.csv", "# of the first day\n\na b y\n1 2 3\n2 4 5\n3 1 7\n4 5 9\n5 5 12\n6 1 1\n");
    for (const char* setting : {"data.skip_rows=2", "skip_rows=2"}) {
      const Ended ended =
          ran({"run", "table.regress", "--input", "data=" + at("lines.csv"), "--read",
               QString::fromLatin1(setting), "--set", "target=y", "--set", "model=ols", "--out",
               at("read"), "--figure-format", "none", "--json"});
      QCOMPARE(ended.error, QByteArray());
      const json input = ended.json().at("inputs").at("data");
      QCOMPARE(input.at("format").get<std::string>(), std::string("csv"));
      QCOMPARE(input.at("read").at("skip_rows").get<int>(), 2);
      QCOMPARE(input.at("read").at("delimiter").get<std::string>(), std::string("auto"));
    }
    const QString project = at("read.lineament");
    QCOMPARE(ran({"project", "new", project}).status, 0);
    QCOMPARE(ran({"project", "add", project, at("lines.csv"), "--read", "skip_rows=2"}).status, 0);
    const json listed = ran({"project", "list", project, "--json"}).json();
    QCOMPARE(listed.at("sources")[0].at("read").at("skip_rows").get<int>(), 2);
    const Ended run = ran({"project", "run", project, "table.regress", "--input", "data=lines.csv",
                           "--set", "target=y", "--set", "model=ols", "--json"});
    QCOMPARE(run.json().at("inputs").at("data").at("read").at("skip_rows").get<int>(), 2);
  }

  void sourcesAreReadAnew() {
    write("notes.csv", "first line of notes\na b y\n1 2 3\n2 4 5\n3 1 7\n4 5 9\n5 5 12\n6 1 1\n");
    const QString project = at("anew.lineament");
    QCOMPARE(ran({"project", "new", project}).status, 0);
    QCOMPARE(ran({"project", "add", project, at("notes.csv"), "--read", "header=no"}).status, 0);
    const auto options = [&] {
      return ran({"project", "list", project, "--json"}).json().at("sources")[0].at("read");
    };
    const Ended read =
        ran({"project", "read", project, "notes.csv", "--read", "skip_rows=1", "--json"});
    QCOMPARE(read.error, QByteArray());
    QCOMPARE(read.json().at("read").at("skip_rows").get<int>(), 1);
    QCOMPARE(read.json().at("summary").at("rows").get<int>(), 6);
    QCOMPARE(options(), read.json().at("read"));

    // What it cannot be read with is refused and changes nothing.
    QCOMPARE(ran({"project", "read", project, "notes.csv", "--read", "rows=1"}).status, 2);
    QCOMPARE(ran({"project", "read", project, "notes.csv", "--read", "skip_rows=99"}).status, 1);
    QCOMPARE(options(), read.json().at("read"));
    QCOMPARE(ran({"project", "read", project, "nothing.csv"}).status, 2);

    QCOMPARE(ran({"project", "run", project, "table.regress", "--input", "data=notes.csv", "--set",
                  "target=y", "--set", "model=ols", "--title", "Line"})
                 .status,
             0);
    QCOMPARE(ran({"project", "read", project, "Line/model"}).status, 2);
  }

  void refusesWrongCalls_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("key");
    const auto row = [](const char* name, const QStringList& words, int status, const char* key) {
      QTest::newRow(name) << words << status << QString::fromLatin1(key);
    };
    const QStringList run{"run", "table.regress", "--out", at("no/where")};
    const QString data = "data=" + table_;
    row("unknown command", {"inspekt", table_}, 2, "cli.unknown_command");
    row("unknown option", {"inspect", table_, "--jsn"}, 2, "cli.unknown_option");
    row("unknown analysis", {"run", "table.regres", "--out", at("no")}, 2, "analysis.unknown");
    row("unknown parameter", run + QStringList{"--input", data, "--set", "tarket=y"}, 2,
        "parameter.unknown");
    row("parameter missing", run + QStringList{"--input", data}, 2, "parameter.missing");
    row("out of range",
        run + QStringList{"--input", data, "--set", "target=y", "--set", "test_share=7"}, 2,
        "parameter.range");
    row("unknown input", run + QStringList{"--input", "date=x", "--set", "target=y"}, 2,
        "cli.unknown_input");
    row("input missing", run + QStringList{"--set", "target=y"}, 2, "run.missing_input");
    row("figure format", run + QStringList{"--figure-format", "bmp", "--set", "target=y"}, 2,
        "cli.figure_format");
    row("unknown device", run + QStringList{"--device", "tpu", "--set", "target=y"}, 2,
        "device.unknown");
    row("missing file", {"inspect", at("nothing.csv")}, 1, "file.missing");
    row("folder", {"inspect", folder_.path()}, 1, "model_folder.weights");
    row("no such size", {"--measure-attention", "huge"}, 2, "cli.attention_size");
    row("empty file", {"inspect", at("empty.csv")}, 1, "file.empty");
    row("missing input file", run + QStringList{"--input", "data=nothing.csv", "--set", "target=y"},
        1, "file.missing");
    row("out below a file",
        {"run", "table.regress", "--input", data, "--set", "target=y", "--out", table_ + "/x"}, 1,
        "file.make_folder");
    row("out is a file",
        {"run", "table.regress", "--input", data, "--set", "target=y", "--out", table_}, 2,
        "output.not_folder");
    const QStringList target{"--input", data, "--set", "target=y"};
    row("unknown reader option", {"inspect", table_, "--read", "sheet=1"}, 2,
        "reader.unknown_option");
    row("unknown reader value", {"inspect", table_, "--read", "delimiter=;"}, 2, "parameter.range");
    row("reader option of a run", run + target + QStringList{"--read", "data.sheet=1"}, 2,
        "reader.unknown_option");
    row("reader option without a file", run + target + QStringList{"--read", "date.header=no"}, 2,
        "cli.read_input");
    row("reader option without an input",
        run + QStringList{"--read", "header=no", "--set", "target=y"}, 2, "cli.read_input");
    row("reader option without a value", {"inspect", table_, "--read", "header"}, 2, "cli.pair");
    row("no project", {"project", "list", at("nothing.lineament")}, 1, "file.missing");
    row("report ending", {"report", "p.lineament", "--out", "r.doc"}, 2, "report.ending");
    row("unknown benchmark", {"bench", "speed"}, 2, "bench.unknown");
    row("unknown vector instructions", {"inspect", table_, "--simd", "MMX"}, 2, "cpu.target");
  }
  void refusesWrongCalls() {
    QFETCH(QStringList, words);
    QFETCH(int, status);
    QFETCH(QString, key);
    const Ended plain = ran(words);
    QCOMPARE(plain.status, status);
    QVERIFY2(plain.oneLineOfError(), plain.error.constData());
    QVERIFY(plain.out.isEmpty());
    const Ended asJson = ran(words + QStringList{"--json"});
    QCOMPARE(asJson.status, status);
    const json error = json::parse(asJson.error.toStdString(), nullptr, false);
    QVERIFY2(error.is_object(), asJson.error.constData());
    QCOMPARE(QString::fromStdString(error.value("key", "")), key);
    for (const char* part : {"asked", "found", "where", "remedy"}) QVERIFY(error.contains(part));
    QVERIFY(!QDir(at("no")).exists());
  }

  void asksForACudaDeviceOnlyWhereThereIsOne() {
    QProcessEnvironment environment = withoutDisplay();
    environment.insert("LINEAMENT_GPU_LIBRARY", at("nothing.so"));
    QProcess program;
    program.setProcessEnvironment(environment);
    program.start(QStringLiteral(LINEAMENT_PROGRAM),
                  {"run", "table.regress", "--input", "data=" + table_, "--set", "target=y",
                   "--out", at("cuda"), "--device", "cuda"});
    QVERIFY(program.waitForFinished());
    QCOMPARE(program.exitCode(), 2);
    QVERIFY(program.readAllStandardError().contains("CUDA"));
    QVERIFY(!QDir(at("cuda")).exists());
  }

  // A kernel explanation of many rows takes long enough to be stopped in.
  void stopsWhenInterrupted() {
    QByteArray text = "y";
    for (int column = 0; column < 40; ++column) text += ",x" + QByteArray::number(column);
    for (int row = 0; row < 3000; ++row) {
      text += "\n" + QByteArray::number(row * 37 % 101);
      for (int column = 0; column < 40; ++column) {
        text += "," + QByteArray::number((row * (column + 3) * 7919) % 1009);
      }
    }
    write("wide.csv", text + "\n");
    const QString out = at("stopped");
    QProcess program;
    program.setProcessEnvironment(withoutDisplay());
    program.start(QStringLiteral(LINEAMENT_PROGRAM),
                  {"run", "table.regress", "--input", "data=" + at("wide.csv"), "--set", "target=y",
                   "--set", "model=mlp", "--out", out});
    QVERIFY(program.waitForStarted());
    QTRY_VERIFY_WITH_TIMEOUT(QDir(out).exists(), 20'000);
    QTest::qWait(200);
    ::kill(static_cast<pid_t>(program.processId()), SIGINT);
    QVERIFY(program.waitForFinished(20'000));
    QCOMPARE(program.exitStatus(), QProcess::NormalExit);
    QCOMPARE(program.exitCode(), 3);
    QVERIFY(!QDir(out).exists());
  }

  void keepsAnEarlierRecordWhenARunFails() {
    const QString out = at("kept");
    QVERIFY(QDir().mkpath(out));
    write("kept/run.json", "earlier");
    QCOMPARE(ran({"run", "table.regress", "--input", "data=" + at("empty.csv"), "--set", "target=y",
                  "--out", out})
                 .status,
             1);
    QFile file(out + "/run.json");
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("earlier"));
    QCOMPARE(QDir(out).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).size(), 1);
  }

  // A limit on the size of files stands for a disk that is full.
  void namesTheFolderPeopleGave() {
    QProcess program;
    program.setProcessEnvironment(withoutDisplay());
    program.setChildProcessModifier([] {
      const rlimit small{2000, 2000};
      ::setrlimit(RLIMIT_FSIZE, &small);
      ::signal(SIGXFSZ, SIG_IGN);
    });
    program.start(QStringLiteral(LINEAMENT_PROGRAM),
                  {"run", "table.regress", "--input", "data=" + table_, "--set", "target=y",
                   "--set", "model=ols", "--out", at("small"), "--figure-format", "none"});
    QVERIFY(program.waitForFinished());
    QCOMPARE(program.exitCode(), 1);
    const QByteArray error = program.readAllStandardError();
    QVERIFY2(error.contains(at("small").toUtf8() + "/"), error.constData());
    QVERIFY2(!error.contains(".part"), error.constData());
    QVERIFY(!QDir(at("small")).exists());
  }

  void worksOnAProjectWithoutAWindow() {
    const QString project = at("work.lineament");
    QCOMPARE(ran({"project", "new", project}).status, 0);
    const Ended again = ran({"project", "new", project});
    QVERIFY(again.status == 1 || again.status == 2);
    QVERIFY(again.oneLineOfError());
    QCOMPARE(ran({"project", "add", project, table_}).status, 0);
    const Ended run = ran({"project", "run", project, "table.regress", "--input", "data=line.csv",
                           "--set", "target=y", "--title", "Line", "--json"});
    QCOMPARE(run.status, 0);
    QCOMPARE(run.json().at("outcome").get<std::string>(), std::string("done"));
    const json list = ran({"project", "list", project, "--json"}).json();
    QCOMPARE(list.at("sources").size(), std::size_t{1});
    QCOMPARE(list.at("runs").size(), std::size_t{1});
    QCOMPARE(list.at("runs")[0].at("title").get<std::string>(), std::string("Line"));
    const std::string id = std::to_string(list.at("runs")[0].at("id").get<int>());
    QCOMPARE(ran({"project", "run", project, "--again", QString::fromStdString(id)}).status, 0);
    QCOMPARE(ran({"project", "list", project, "--json"}).json().at("runs").size(), std::size_t{2});
    const Ended exported =
        ran({"project", "export", project, "Line/model", "--out", at("exported"), "--json"});
    QCOMPARE(exported.status, 0);
    QVERIFY(exported.json().at("files").size() >= 2);
    QCOMPARE(ran({"project", "run", project, "table.regress", "--input", "data=lime.csv", "--set",
                  "target=y"})
                 .status,
             2);
  }
};

}  // namespace lineament::app::cli

QTEST_GUILESS_MAIN(lineament::app::cli::ProgramTest)
#include "program_test.moc"
