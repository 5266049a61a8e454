// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>
#include <array>
#include <fstream>

#include "core/base/fingerprint.h"
#include "tests/core/base/caught.h"

using namespace lineament;
using test::keyOf;

namespace {

std::string openingKey(const std::filesystem::path& path) {
  return keyOf([&] { const InputFile file(path); });
}

std::size_t countIn(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

std::string hashOf(const std::string& text) {
  return sha256(std::as_bytes(std::span(text)));
}

}  // namespace

class FileTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    directory_ = std::make_unique<QTemporaryDir>();
    folder_ = directory_->path().toStdString();
  }

  void whatCannotBeReadIsNamed() {
    QCOMPARE(openingKey(folder_ / "none"), std::string("file.missing"));
    QCOMPARE(openingKey(folder_ / "none/at all"), std::string("file.missing"));
    QCOMPARE(openingKey(folder_), std::string("file.folder"));
    QCOMPARE(openingKey("/dev/zero"), std::string("file.special"));
    QCOMPARE(::mkfifo((folder_ / "pipe").c_str(), 0666), 0);
    QCOMPARE(openingKey(folder_ / "pipe"), std::string("file.special"));
    writeWhole(folder_ / "closed", "x");
    ::chmod((folder_ / "closed").c_str(), 0);
    const bool root = ::geteuid() == 0 && ::chmod(folder_.c_str(), 0755) == 0;
    if (root) QCOMPARE(::seteuid(65534), 0);
    const std::string key = openingKey(folder_ / "closed");
    if (root) QCOMPARE(::seteuid(0), 0);
    QCOMPARE(key, std::string("file.unreadable"));
  }

  void readsBlocksAndStopsAtTheEnd() {
    writeWhole(folder_ / "a", "0123456789");
    const InputFile file(folder_ / "a");
    QCOMPARE(file.size(), std::uint64_t(10));
    QCOMPARE(file.readAll(), std::string("0123456789"));
    std::array<std::byte, 4> block{};
    QCOMPARE(file.readSome(8, block), std::size_t(2));
    QCOMPARE(file.readSome(100, block), std::size_t(0));
    file.readExactly(6, block);
    QCOMPARE(block[3], std::byte('9'));
    QCOMPARE(keyOf([&] { file.readExactly(7, block); }), std::string("file.truncated"));
    const auto mapped = file.map();
    QCOMPARE(std::string(reinterpret_cast<const char*>(mapped.get()), 10), file.readAll());
    writeWhole(folder_ / "empty", "");
    QVERIFY(InputFile(folder_ / "empty").map() != nullptr);
    std::filesystem::resize_file(folder_ / "a", 5);  // shrinks while it is open
    QCOMPARE(keyOf([&] { file.readAll(); }), std::string("file.truncated"));
  }

  void largeFilesAreMapped() {
    std::filesystem::path large = folder_ / "large";
    writeWhole(large, "start");
    std::filesystem::resize_file(large, std::uint64_t{80} << 20);
    const auto mapped = InputFile(large).map();  // outlives the file object
    QCOMPARE(mapped.get()[4], std::byte('t'));
    QCOMPARE(mapped.get()[(80 << 20) - 1], std::byte(0));
  }

  void theOldFileOrTheNewOneButNothingBetween() {
    writeWhole(folder_ / "a", "old");
    {
      OutputFile file(folder_ / "a");
      file.write("half of the new");
      QCOMPARE(InputFile(folder_ / "a").readAll(), std::string("old"));
    }
    QCOMPARE(InputFile(folder_ / "a").readAll(), std::string("old"));
    QCOMPARE(countIn(folder_), std::size_t(1));
    writeWhole(folder_ / "a", "new");
    QCOMPARE(InputFile(folder_ / "a").readAll(), std::string("new"));
    QCOMPARE(countIn(folder_), std::size_t(1));
    std::filesystem::create_directory(folder_ / "sub");
    QCOMPARE(keyOf([&] { writeWhole(folder_ / "sub", "x"); }), std::string("file.write"));
    QCOMPARE(keyOf([&] { writeWhole(folder_ / "none/a", "x"); }), std::string("file.write"));
    QCOMPARE(keyOf([&] { OutputFile("/dev/full/x"); }), std::string("file.write"));
    QCOMPARE(countIn(folder_), std::size_t(2));
  }

  void foldersAreMade() {
    makeFolder(folder_ / "a/b/c");
    makeFolder(folder_ / "a/b/c");
    QVERIFY(std::filesystem::is_directory(folder_ / "a/b/c"));
    writeWhole(folder_ / "file", "x");
    QCOMPARE(keyOf([&] { makeFolder(folder_ / "file/sub"); }), std::string("file.make_folder"));
  }

  // FIPS 180-2, appendix B, and the empty message.
  void fingerprintsAreSha256() {
    QCOMPARE(hashOf(""), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852"
                                     "b855"));
    QCOMPARE(hashOf("abc"), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f2"
                                        "0015ad"));
    QCOMPARE(hashOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
             std::string("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
    const std::string million(1'000'000, 'a');
    const std::string expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
    QCOMPARE(hashOf(million), expected);
    writeWhole(folder_ / "million", million);
    QCOMPARE(sha256OfFile(folder_ / "million"), expected);
    QCOMPARE(keyOf([&] { sha256OfFile(folder_ / "none"); }), std::string("file.missing"));
    std::stop_source stop;
    stop.request_stop();
    Context context;
    context.stop = stop.get_token();
    QCOMPARE(keyOf([&] { sha256OfFile(folder_ / "million", context); }),
             std::string("(cancelled)"));
  }

  void aFolderHasAFingerprintOfNamesAndContents() {
    makeFolder(folder_ / "one/sub");
    writeWhole(folder_ / "one/sub/a", "abc");
    writeWhole(folder_ / "one/b", "");
    const std::string before = sha256OfFile(folder_ / "one");
    QCOMPARE(before, hashOf(hashOf("") + " b\n" + hashOf("abc") + " sub/a\n"));
    std::filesystem::rename(folder_ / "one", folder_ / "two");
    QCOMPARE(sha256OfFile(folder_ / "two"), before);
    std::filesystem::rename(folder_ / "two/b", folder_ / "two/c");
    QVERIFY(sha256OfFile(folder_ / "two") != before);
  }

 private:
  std::unique_ptr<QTemporaryDir> directory_;
  std::filesystem::path folder_;
};

QTEST_APPLESS_MAIN(FileTest)
#include "file_test.moc"
