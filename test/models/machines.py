"""Trains vector machines as a stranger would, and exports them: `python machines.py FOLDER`.

Written are rows.f32 [500, 12], and for each machine NAME.onnx and NAME.f64, the decisions that scikit-learn takes on the rows.
"""

import sys
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC, LinearSVC, OneClassSVM

sys.path.append(str(Path(__file__).parents[2] / "models" / "train"))
from polynomial import in_doubles  # noqa: E402

folder = Path(sys.argv[1])
random = np.random.default_rng(5)
# Columns of very different sizes, as bytes and shares are: what a scaler is for.
sizes = 10.0 ** np.arange(-2, 4).repeat(2)
rows = (random.normal(size=(2_000, 12)) * sizes).astype(np.float32)
side = ((rows / sizes) @ random.normal(size=12) + random.normal(size=len(rows)) > 0).astype(int)
train, kept = rows[:1_500], rows[1_500:]

machines = {
    "linear": make_pipeline(StandardScaler(), LinearSVC(random_state=0)),
    "kernel": make_pipeline(StandardScaler(), SVC(random_state=0)),
    "kernel_of_shares": make_pipeline(MinMaxScaler(), SVC(random_state=0)),
    "one_class": make_pipeline(StandardScaler(), OneClassSVM(nu=0.05)),
    "polynomial": make_pipeline(StandardScaler(), SVC(kernel="poly", random_state=0)),
    "polynomial_of_shares": make_pipeline(MinMaxScaler(), SVC(kernel="poly", random_state=0)),
}
kept.tofile(folder / "rows.f32")
for name, machine in machines.items():
    machine.fit(train, side[: len(train)])
    machine.decision_function(kept).astype(np.float64).tofile(folder / f"{name}.f64")
    if name.startswith("polynomial"):
        (folder / f"{name}.onnx").write_bytes(in_doubles(machine).SerializeToString())
        continue
    last = machine[-1]
    plain = {"raw_scores": True} if isinstance(last, LinearSVC) else {"raw_scores": True, "zipmap": False}
    options = {} if isinstance(last, OneClassSVM) else {id(last): plain}
    model = to_onnx(machine, train[:1], options=options, target_opset=21)
    (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
