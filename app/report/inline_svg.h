// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace lineament::app {

// An SVG document as an element for the middle of an HTML page: without the XML declaration and
// document type, every id (and what refers to it) behind `prefix`, so that two figures do not take
// each other's gradients, and `label` for those who listen to the page. Sized by the page.
QByteArray inlineSvg(const QByteArray& document, const QString& prefix, const QString& label);

}  // namespace lineament::app
