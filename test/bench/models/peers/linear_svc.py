"""Trains scikit-learn's LinearSVC on the first rows of a folder, writes what it says of the others, and prints the seconds of CPU."""

import sys
import time
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from sklearn.svm import LinearSVC

folder, count, width = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
starts, columns = (np.fromfile(folder / name, np.int32) for name in ("starts", "columns"))
labels = np.fromfile(folder / "labels", np.int8)
rows = csr_array((np.ones(len(columns)), columns, starts), shape=(len(labels), width))
began = time.process_time()
machine = LinearSVC(random_state=0).fit(rows[:count], labels[:count])
print(time.process_time() - began)
machine.predict(rows[count:]).astype(np.int8).tofile(folder / "said")
