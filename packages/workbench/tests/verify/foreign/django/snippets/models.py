from django.db import models

LANGUAGES = ["c", "java", "javascript", "python", "ruby", "rust"]


class Snippet(models.Model):
    created = models.DateTimeField(auto_now_add=True)
    title = models.CharField(max_length=100, blank=True, default="")
    code = models.TextField(max_length=10_000)
    linenos = models.BooleanField(default=False)
    language = models.CharField(
        choices=[(each, each) for each in LANGUAGES], default="python", max_length=100
    )
    owner = models.ForeignKey("auth.User", related_name="snippets", on_delete=models.CASCADE)

    class Meta:
        ordering = ["created", "id"]
