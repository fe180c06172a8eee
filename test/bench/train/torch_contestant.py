"""The same model, batches and start values in PyTorch: FILE THREADS dense|sparse.

`dense` moves the whole tables with torch.optim.Adam, `sparse` the rows that took part with torch.optim.SparseAdam. Batches
are tensors in memory before the first step.
"""
import json
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[2]))
torch.set_num_interop_threads(1)
torch.set_flush_denormal(True)
SPARSE = sys.argv[3] == "sparse"

with open(sys.argv[1], "rb") as file:
    meta = json.loads(file.readline())
    memory = bytearray(file.read())


def read(entry):
    kind, offset, shape = entry
    count = 1
    for axis in shape:
        count *= axis
    dtype = torch.float32 if kind == "float32" else torch.int32
    if count == 0:
        return torch.empty(shape, dtype=torch.float32 if kind == "float32" else torch.int64)
    tensor = torch.frombuffer(memory, dtype=dtype, count=count, offset=offset).reshape(shape).clone()
    return tensor if kind == "float32" else tensor.long()


P = {name: torch.nn.Parameter(read(entry)) for name, entry in meta["start"].items()}
BATCHES = [{name: value if isinstance(value, int) else read(value) for name, value in batch.items()} for batch in meta["batches"]]
for batch in BATCHES:
    padded = (batch["mask"] == 0)
    batch["padded"] = padded if bool(padded.any()) else None
    batch["lengths"] = batch["mask"].sum(1, keepdim=True)
DROPOUT, RATE, FACTORS, KINDS = meta["dropout"], meta["learningRate"], meta["factors"], P["kind"].shape[0]

TABLES = ("item_table", "item_bias", "repeat_bias")
P["item_bias"] = torch.nn.Parameter(P["item_bias"].data.reshape(-1, 1))
P["repeat_bias"] = torch.nn.Parameter(P["repeat_bias"].data.reshape(-1, 1))
group = lambda names: [{"params": [P[name]], "lr": RATE * FACTORS.get(name, 1)} for name in names]
if SPARSE:
    optimizers = [torch.optim.SparseAdam(group(TABLES), lr=RATE), torch.optim.Adam(group([name for name in P if name not in TABLES]), lr=RATE)]
else:
    optimizers = [torch.optim.Adam(group(P), lr=RATE)]


def loss_of(batch):
    unit = F.normalize(F.embedding(batch["rows"], P["item_table"], sparse=SPARSE), dim=1)
    items = F.embedding(batch["items"], unit)
    if batch["padded"] is not None:
        items = items * batch["mask"].unsqueeze(-1)
    if DROPOUT > 0:
        items = F.dropout(items, DROPOUT)
    pairs = (P["position"].unsqueeze(1) + P["kind"]).flatten(0, 1)
    tokens = items + F.embedding(batch["positions"] * KINDS + batch["kinds"], pairs)
    mean = items.sum(1) / batch["lengths"]
    last = tokens[:, -1]
    shared = torch.addmm(P["attention_bias"], last, P["attention_last"]) + mean @ P["attention_mean"]
    hidden = torch.sigmoid(tokens @ P["attention_item"] + shared.unsqueeze(1))
    logits = hidden @ P["attention_out"]
    if batch["padded"] is not None:
        logits = logits.masked_fill(batch["padded"], float("-inf"))
    readout = torch.bmm(torch.softmax(logits, 1).unsqueeze(1), items).squeeze(1)
    query = F.normalize(torch.addmm(F.embedding(batch["goals"], P["goal"]), torch.cat([last, readout], 1), P["project"]), dim=1)

    count = batch["candidates"]
    bias = F.embedding(batch["rows"][:count], P["item_bias"], sparse=SPARSE).squeeze(1) - batch["correction"]
    scores = torch.addmm(bias, query * P["scale"], unit[:count].t())
    own = F.embedding(batch["distinctRow"], P["repeat_bias"], sparse=SPARSE).squeeze(1)
    repeats = torch.cat([P["bonus"][batch["bonus"]], own])
    scores = scores.flatten().index_add(0, batch["cells"], repeats).view_as(scores)
    return F.cross_entropy(scores, batch["targets"])


def step(batch):
    for optimizer in optimizers:
        optimizer.zero_grad(set_to_none=True)
    loss = loss_of(batch)
    loss.backward()
    for optimizer in optimizers:
        optimizer.step()
    return loss.item()


print('"ready"', flush=True)
at = 0
for line in sys.stdin:
    started, worked = time.perf_counter(), time.process_time()
    reports = []
    for _ in range(int(line)):
        reports.append({"steps": 1, "loss": step(BATCHES[at % len(BATCHES)])})
        at += 1
    print(json.dumps({"steps": len(reports), "seconds": time.perf_counter() - started, "cpu": time.process_time() - worked, "reports": reports}), flush=True)
