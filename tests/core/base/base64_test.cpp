// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/base64.h"

#include <QTest>

#include "core/base/random.h"

namespace lineament {

class Base64Test : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // RFC 4648, section 10.
  void testVectors() {
    const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
      QCOMPARE(base64(bytes), text);
      QCOMPARE(bytesOfBase64(text).value(), bytes);
    }
    QCOMPARE(bytesOfBase64("Zg").value(), std::string("f"));
  }

  void anyBytesComeBack() {
    Random random(5);
    for (const std::size_t size : {1U, 2U, 3U, 255U, 70'001U, (3U << 20) - 1, (3U << 20) + 1}) {
      std::string bytes(size, '\0');
      for (char& byte : bytes) byte = static_cast<char>(random.below(256));
      const std::string text = base64(bytes);
      QCOMPARE(text.size(), (size + 2) / 3 * 4);
      QVERIFY(bytesOfBase64(text) == bytes);
    }
  }

  void whatIsNoneIsNone() {
    for (const char* text : {"Z", "Zm9vY", "Zg= =", "Z\ng=", " Zg==", "Zg-_", "Zg===", "=Zg="}) {
      QVERIFY2(!bytesOfBase64(text), text);
    }
  }
};

}  // namespace lineament

QTEST_APPLESS_MAIN(lineament::Base64Test)
#include "base64_test.moc"
