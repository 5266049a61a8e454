// SPDX-License-Identifier: GPL-3.0-or-later
// The sources of a Project: files it refers to by path and fingerprint, or holds.
#include <sys/stat.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/fingerprint.h"
#include "core/project/absolute_path.h"
#include "core/project/document.h"
#include "core/project/payload.h"
#include "core/project/uses.h"

namespace lineament::project {

namespace {

constexpr ErrorText kMissing{"project.source_missing", "Read the source {name}",
                             "the file is not where it was", "{path}",
                             "Say where it is now, or bring it back"};

struct FileFacts {
  std::uint64_t size = 0;
  std::int64_t modified = 0;
};

std::optional<FileFacts> factsOf(const std::filesystem::path& path) {
  struct stat status {};
  if (path.empty() || ::stat(path.c_str(), &status) != 0) return {};
  const bool folder = S_ISDIR(status.st_mode);
  return FileFacts{folder ? 0 : static_cast<std::uint64_t>(status.st_size),
                   std::int64_t{status.st_mtim.tv_sec} * 1'000'000 + status.st_mtim.tv_nsec / 1000};
}

// A file that cannot be looked at gives the Error of opening it.
FileFacts requireFacts(const std::filesystem::path& path) {
  const std::optional<FileFacts> facts = factsOf(path);
  if (!facts) const InputFile opened(path);
  return facts.value_or(FileFacts{});
}

void setPath(Source& source, const std::filesystem::path& path,
             const std::filesystem::path& project) {
  source.absolute_path = absolutePath(path);
  source.relative_path = source.absolute_path.lexically_relative(project.parent_path());
}

void takeFingerprint(Source& source, const std::filesystem::path& path, const Context& context) {
  const FileFacts facts = requireFacts(path);
  source.sha256 = sha256OfFile(path, context);
  source.size = facts.size;
  source.modified = facts.modified;
}

// The relative path comes first: a folder with project and data that was moved or copied is whole.
std::filesystem::path locate(const Source& source, const std::filesystem::path& project) {
  if (!source.relative_path.empty()) {
    const auto beside = (project.parent_path() / source.relative_path).lexically_normal();
    if (factsOf(beside)) return beside;
  }
  return factsOf(source.absolute_path) ? source.absolute_path : std::filesystem::path();
}

bool sameContent(const Source& source, const std::filesystem::path& path, const Context& context) {
  const std::optional<FileFacts> facts = factsOf(path);
  return facts && facts->size == source.size && sha256OfFile(path, context) == source.sha256;
}

Id payloadOf(const Document& document, Id id) {
  return Reading(document).row("sources", id).at("payload").get<Id>();
}

void writeFile(PayloadWriter& writer, const std::filesystem::path& path, const Context& context) {
  const InputFile file(path);
  std::vector<std::byte> block(std::min<std::uint64_t>(PayloadWriter::kChunk, file.size()));
  for (std::uint64_t done = 0; done < file.size();) {
    const std::size_t count = file.readSome(done, block);
    if (count == 0) break;
    const auto share = [&](std::uint64_t bytes) {
      return static_cast<double>(bytes) / static_cast<double>(file.size());
    };
    writer.write(std::span(block).first(count), context.part(share(done), share(done + count)));
    done += count;
  }
}

// A name from the file that cannot lead out of the folder it is put into.
std::string safeName(const Source& source) {
  const std::string name = source.absolute_path.filename().string();
  return name.empty() || name == "." || name == ".." ? "source" : name;
}

}  // namespace

Id Project::addSource(const NewSource& added, const Context& context) {
  Source source;
  setPath(source, added.path, path());
  takeFingerprint(source, source.absolute_path, context.part(0, added.embed ? 0.5 : 1));
  source.name = added.name.empty() ? source.absolute_path.filename().string() : added.name;
  source.kind = added.kind;
  source.reader = added.reader;
  source.reader_options = added.reader_options;
  source.added = utcNow();

  const std::string title = "Add " + source.name;
  std::optional<PayloadWriter> payload;
  if (added.embed) {
    payload.emplace(*document_, "Embed a source");
    writeFile(*payload, source.absolute_path, context.part(0.5, 1));
  }
  Edit edit(*document_, title);
  source.id = edit.newId();
  edit.put("sources", rowOf(source, payload ? payload->id() : 0));
  if (payload) payload->complete(edit);
  edit.commit();
  if (payload) payload->kept();
  return source.id;
}

std::vector<Source> Project::sources() const {
  const Reading reading(*document_);
  std::vector<Source> sources;
  for (const Row& row : readRows(reading.database(), "sources")) {
    sources.push_back(sourceOf(reading.database(), row));
  }
  return sources;
}

Source Project::source(Id id) const {
  const Reading reading(*document_);
  return sourceOf(reading.database(), reading.row("sources", id));
}

void Project::renameSource(Id id, const std::string& name) {
  Edit edit(*document_, "Rename to " + name);
  Row row = edit.row("sources", id);
  row["name"] = name;
  edit.put("sources", row);
  edit.commit();
}

void Project::setReaderOptions(Id id, const nlohmann::json& options, const ChangeOptions& change) {
  Edit edit(*document_, "Change how a source is read", change);
  Row row = edit.row("sources", id);
  row["reader_options"] = textOf(options);
  edit.put("sources", row);
  edit.commit();
}

void Project::removeSource(Id id) {
  Edit edit(*document_, "Remove a source");
  refuseUsed(edit.database(), {id});
  removeShown(edit, {id});
  edit.remove("sources", id);
  edit.commit();
}

SourceCheck Project::checkSource(Id id, bool thorough, const Context& context) const {
  const Source known = source(id);
  const std::filesystem::path found = locate(known, path());
  if (known.embedded) return {SourceState::unchanged, found};
  if (found.empty()) {
    const auto beside = path().parent_path() / safeName(known);
    if (sameContent(known, beside, context)) return {SourceState::moved, beside};
    return {SourceState::missing, {}};
  }
  const FileFacts facts = requireFacts(found);
  const bool looks_same = facts.size == known.size && facts.modified == known.modified;
  if (looks_same && !thorough) return {SourceState::unchanged, found};
  return {sameContent(known, found, context) ? SourceState::unchanged : SourceState::changed,
          found};
}

SourceCheck Project::relink(Id id, const std::filesystem::path& new_path, const Context& context) {
  requireFacts(new_path);
  Source moved = source(id);
  setPath(moved, new_path, path());
  {
    Edit edit(*document_, "Relink " + moved.name);
    Row row = edit.row("sources", id);
    row["relative_path"] = moved.relative_path.string();
    row["absolute_path"] = moved.absolute_path.string();
    edit.put("sources", row);
    edit.commit();
  }
  return checkSource(id, true, context);
}

void Project::acceptChange(Id id, const Context& context) {
  Source changed = source(id);
  const std::filesystem::path found = locate(changed, path());
  if (found.empty()) {
    throw Error(kMissing, {{"name", changed.name}, {"path", changed.absolute_path.string()}});
  }
  takeFingerprint(changed, found, context);
  Edit edit(*document_, "Accept the new content of " + changed.name);
  Row row = edit.row("sources", id);
  row["sha256"] = changed.sha256;
  row["size"] = changed.size;
  row["modified"] = changed.modified;
  row["payload"] = 0;  // what was embedded is the old content
  edit.put("sources", row);
  edit.commit();
}

void Project::embedSource(Id id, const Context& context) {
  const Source known = source(id);
  if (known.embedded) return;
  const std::filesystem::path file = sourceFile(id, context);
  PayloadWriter payload(*document_, "Embed a source");
  writeFile(payload, file, context);
  Edit edit(*document_, "Embed " + known.name);
  Row row = edit.row("sources", id);
  row["payload"] = payload.id();
  edit.put("sources", row);
  payload.complete(edit);
  edit.commit();
  payload.kept();
}

std::filesystem::path Project::sourceFile(Id id, const Context& context) const {
  const Source known = source(id);
  if (!known.embedded) {
    const std::filesystem::path found = locate(known, path());
    if (!found.empty()) return found;
    throw Error(kMissing, {{"name", known.name}, {"path", known.absolute_path.string()}});
  }
  const Id payload = payloadOf(*document_, id);
  const auto folder = document_->extractionPath(std::to_string(payload));
  const auto file = folder / safeName(known);
  if (factsOf(file)) return file;
  makeFolder(folder);
  OutputFile output(file);
  readPayload(*document_, payload, context,
              [&](std::span<const std::byte> chunk) { output.write(chunk); });
  output.commit();
  return file;
}

}  // namespace lineament::project
