"""Makes tiny wheels: simulated packages that hold one module. Words: a folder, then name==version each."""
import base64
import hashlib
import os
import sys
import zipfile

for word in sys.argv[2:]:
    name, version = word.split("==")
    info = "%s-%s.dist-info" % (name, version)
    files = {
        name + ".py": "__version__ = %r\n" % version,
        info + "/METADATA": "Metadata-Version: 2.1\nName: %s\nVersion: %s\n" % (name, version),
        info + "/WHEEL": "Wheel-Version: 1.0\nGenerator: stand-in\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    sums = {key: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode() for key, text in files.items()}
    files[info + "/RECORD"] = "".join("%s,sha256=%s,%d\n" % (key, sums[key], len(text)) for key, text in files.items()) + info + "/RECORD,,\n"
    with zipfile.ZipFile(os.path.join(sys.argv[1], "%s-%s-py3-none-any.whl" % (name, version)), "w") as wheel:
        for key, text in files.items():
            wheel.writestr(key, text)
