// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/outcome.h"

namespace lineament {
namespace {

constexpr ErrorText kOutOfMemory{"job.memory", "Finish the work",
                                 "there was not enough memory for the next step", "",
                                 "Choose fewer rows or columns, or close other programs"};
constexpr ErrorText kUnforeseen{"job.unforeseen", "Finish the work", "{what}", "",
                                "Try again; if it stays so, report it with the run's log"};

}  // namespace

Error errorOfCurrentException() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(kOutOfMemory);
  } catch (const std::exception& unforeseen) {
    return Error(kUnforeseen, {{"what", unforeseen.what()}});
  } catch (...) {
    return Error(kUnforeseen, {{"what", "something was thrown that is not an exception"}});
  }
}

}  // namespace lineament
