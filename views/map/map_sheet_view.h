// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/common/view.h"
#include "views/map/map_companions.h"
#include "views/map/map_sheet.h"
#include "views/map/sheet_fields.h"
#include "views/map/sheet_preview.h"

class QComboBox;

namespace lineament::views {

// A map as a printed sheet: paper and scale are chosen above it, what the title block says beside
// it. What the map itself shows is chosen in the map's own view.
class MapSheetView : public View {
  Q_OBJECT

 public:
  explicit MapSheetView(QWidget* parent = nullptr);

  const MapSheet& figure() const override { return figure_; }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json keptOptions() const override { return options(); }
  void setSelection(const Selection& selection) override { figure_.setSelection(selection); }
  void setSurroundings(Surroundings* surroundings) override;
  void fit() override { preview_->fit(); }

  SheetPreview& preview() const { return *preview_; }
  SheetFields& fields() const { return *fields_; }

 private:
  QComboBox* addBox(const QString& title, const QString& tip);
  void makeBar();
  void showChoices();
  void choose(const nlohmann::json& options, const QString& what);
  void scaleChosen();
  void refresh();

  MapSheet figure_;
  MapCompanions* companions_;
  SheetPreview* preview_;
  SheetFields* fields_;
  QWidget* bar_ = nullptr;
  QComboBox* paper_ = nullptr;
  QComboBox* orientation_ = nullptr;
  QComboBox* scale_ = nullptr;
};

}  // namespace lineament::views
