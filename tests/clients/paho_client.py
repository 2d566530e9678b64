# A tablet with Eclipse Paho. Told by a JSON object on standard input, tells a JSON object a line.
import json
import queue
import sys
import uuid

import cbor2
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

WAIT_S = 30
told = json.load(sys.stdin)
version = mqtt.MQTTv5 if told["version"] == 5 else mqtt.MQTTv311
me = told["user"]


def tell(step, **what):
    print(json.dumps({"step": step, **what}), flush=True)


def new_client():
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=me, protocol=version)
    client.came = queue.Queue()
    client.acked = queue.Queue()
    client.connected = queue.Queue()
    client.on_connect = lambda c, u, flags, reason, p: c.connected.put(reason)
    client.on_subscribe = lambda c, u, mid, reasons, p: c.connected.put(reasons)
    client.on_publish = lambda c, u, mid, reason, p: c.acked.put((mid, reason.value))
    client.on_message = lambda c, u, message: c.came.put(message)
    return client


def refused(step, user, password):
    client = new_client()
    if user:
        client.username_pw_set(user, password)
    client.connect(told["host"], told["port"])
    client.loop_start()
    reason = client.connected.get(timeout=WAIT_S)
    client.disconnect()
    client.loop_stop()
    tell(step, refused=reason.is_failure)


refused("no_login", None, None)
refused("wrong_password", me, "guess")

client = new_client()
client.username_pw_set(me, told["password"])
client.connect(told["host"], told["port"])
client.loop_start()
assert not client.connected.get(timeout=WAIT_S).is_failure
client.subscribe([("receipt/" + me, 1), ("state/#", 1)])
assert not any(reason.is_failure for reason in client.connected.get(timeout=WAIT_S))


def next_message(wanted):
    while True:
        message = client.came.get(timeout=WAIT_S)
        content = json.loads(message.payload)
        if wanted(message.topic, content):
            return content


tell("state", payload=next_message(lambda topic, _: topic == "state/box"))


def publish(step, topic, payload, qos=1):
    sent = client.publish(topic, payload, qos)
    puback = None
    if qos == 1:
        mid, puback = client.acked.get(timeout=WAIT_S)
        assert mid == sent.mid, (mid, sent.mid)
    else:
        client.acked.get(timeout=WAIT_S)
    receipt = next_message(lambda t, content: t == "receipt/" + me and content["status"] != "at_office")
    tell(step, puback=puback, receipt=receipt)


sales = f"tx/{me}/sales-invoice"
publish("sale", sales, told["sale"])
publish("sale_again", sales, told["sale"])
publish("same_by_cbor", sales, cbor2.dumps(json.loads(told["sale"])))
as_map = json.loads(told["by_cbor"])
as_map["id"] = uuid.UUID(as_map["id"]).bytes
publish("cbor", sales, cbor2.dumps(as_map))
publish("scan_text", f"in/{me}/scan", "8991002101234\r\n")
publish("scan_json", f"in/{me}/scan", json.dumps({"code": "8991002101234", "id": str(uuid.uuid4())}))
publish("weight_text", f"in/{me}/weight", "1.250 kg")
publish("weight_json", f"in/{me}/weight", json.dumps({"weight": "1.250", "unit": "kg"}))
publish("weight_cbor", f"in/{me}/weight", cbor2.dumps({"weight": "1.250", "unit": "kg"}))
publish("float_cbor", f"in/{me}/weight", cbor2.dumps({"weight": 1.25, "unit": "kg"}))
publish("bad", sales, told["bad"])
publish("forbidden", "tx/till-2/sales-invoice", told["sale"])
publish("qos0", sales, told["bad"], 0)
client.disconnect()
client.loop_stop()
