"""A health endpoint as applications typically implement it."""
import os
import sqlite3

from fastapi import FastAPI, Response

app = FastAPI()


@app.get("/health")
def health(response: Response):
    try:
        db = sqlite3.connect(os.environ["DATABASE"], timeout=1)
        try:
            db.execute("SELECT 1").fetchone()
        finally:
            db.close()
    except sqlite3.Error as error:
        response.status_code = 503
        return {"status": "fail", "output": str(error)}
    return {"status": "pass"}
