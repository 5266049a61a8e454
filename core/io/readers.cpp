// SPDX-License-Identifier: GPL-3.0-or-later
// The one list of formats: a new reader is a pair of files in this folder and a line here.
    all.push_back(makeCsvReader());
